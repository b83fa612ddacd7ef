/* SPDX-License-Identifier: Unlicense */
#include "builder/flat.h"

struct piece {
    uint64_t address;
    const unsigned char *bytes;
    size_t count;
};

void flat_add(struct flat *flat, uint64_t address, const void *bytes, size_t count)
{
    struct piece *piece = list_add(&flat->pieces, sizeof(*piece));

    *piece = (struct piece){address, bytes, count};
}

static int by_address(const void *left, const void *right)
{
    const struct piece *a = left, *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return 0;
}

struct output flat_binary(struct flat *flat)
{
    struct output out = {0};
    uint64_t begin = 0;

    list_sort(&flat->pieces, by_address);
    LIST_EACH(piece, piece, flat->pieces) {
        if (piece_at == 0)
            begin = piece->address;
        while (begin + out.length < piece->address)
            put_bytes(&out, "\xFF", 1);
        put_bytes(&out, piece->bytes, piece->count);
    }
    return out;
}

static void put_record(struct output *out, unsigned type, unsigned address,
                       const unsigned char *bytes, size_t count)
{
    unsigned sum = (unsigned)count + (address >> 8) + address + type;

    put(out, ":%02X%04X%02X", (unsigned)count, address & 0xFFFF, type);
    for (size_t i = 0; i < count; i++) {
        put(out, "%02X", bytes[i]);
        sum += bytes[i];
    }
    put(out, "%02X\n", -sum & 0xFF);
}

static void put_piece(struct output *out, const struct piece *piece, uint64_t *high)
{
    enum { RECORD_BYTES = 16, EXTENDED = 4 };

    for (size_t done = 0; done < piece->count;) {
        uint64_t address = piece->address + done;
        size_t count = RECORD_BYTES - address % RECORD_BYTES;
        const unsigned char upper[2] = {(unsigned char)(address >> 24),
                                        (unsigned char)(address >> 16)};

        if (count > piece->count - done)
            count = piece->count - done;
        if (address >> 16 != *high)
            put_record(out, EXTENDED, 0, upper, sizeof(upper));
        *high = address >> 16;
        put_record(out, 0, (unsigned)(address & 0xFFFF), piece->bytes + done, count);
        done += count;
    }
}

struct output flat_intel_hex(struct flat *flat)
{
    enum { END = 1 };
    struct output out = {0};
    uint64_t high = 0;

    list_sort(&flat->pieces, by_address);
    LIST_EACH(piece, piece, flat->pieces)
        put_piece(&out, piece, &high);
    put_record(&out, END, 0, NULL, 0);
    return out;
}
