/* SPDX-License-Identifier: Unlicense
 *
 * On a Cortex-M in QEMU: the two words from which the core starts; the C library's start-up then
 * asks the emulator for the rest.
 */
extern void _mainCRTStartup(void);
extern const void *const vectors[2];

__attribute__((section(".vectors"), used)) const void *const vectors[2] = {
    (const void *)0x20400000, /* the end of RAM */
    (const void *)_mainCRTStartup,
};
