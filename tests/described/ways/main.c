/* SPDX-License-Identifier: Unlicense
 *
 * The threads of this system, which is about rights and does nothing.
 */
#include "handles.h"

int main(void)
{
    return 0;
}
