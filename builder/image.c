/* SPDX-License-Identifier: Unlicense
 *
 * The file of kernel and init is kept whole, symbols included, behind headers that have more
 * segments and sections; what is new is appended.
 */
#include "builder/image.h"

#include "builder/flat.h"

#include <elf.h>
#include <string.h>

/* One more segment, and a section of the same content. */
struct addition {
    const char *name;
    uint64_t address, load;
    unsigned flags; /* PF_* */
    const void *content;
    size_t size;
    size_t offset;  /* in the new file */
    size_t name_at; /* in the table of names */
};

struct image {
    const struct program *init;
    bool is_64;
    struct list additions;
    struct output names;
    size_t shift; /* of the old content */
    size_t old_segments, old_sections;
};

/* ---- Either class, read into the larger structures ---- */

static Elf64_Ehdr read_header(const struct image *image)
{
    Elf64_Ehdr header;
    Elf32_Ehdr small;

    if (image->is_64) {
        memcpy(&header, image->init->bytes, sizeof(header));
        return header;
    }
    memcpy(&small, image->init->bytes, sizeof(small));
    header = (Elf64_Ehdr){
        .e_type = small.e_type,
        .e_machine = small.e_machine,
        .e_version = small.e_version,
        .e_entry = small.e_entry,
        .e_phoff = small.e_phoff,
        .e_shoff = small.e_shoff,
        .e_flags = small.e_flags,
        .e_ehsize = small.e_ehsize,
        .e_phentsize = small.e_phentsize,
        .e_phnum = small.e_phnum,
        .e_shentsize = small.e_shentsize,
        .e_shnum = small.e_shnum,
        .e_shstrndx = small.e_shstrndx,
    };
    memcpy(header.e_ident, small.e_ident, EI_NIDENT);
    return header;
}

static Elf64_Phdr read_segment(const struct image *image, const Elf64_Ehdr *header, size_t i)
{
    const unsigned char *from = image->init->bytes + header->e_phoff + i * header->e_phentsize;
    Elf64_Phdr segment;
    Elf32_Phdr small;

    if (image->is_64) {
        memcpy(&segment, from, sizeof(segment));
        return segment;
    }
    memcpy(&small, from, sizeof(small));
    return (Elf64_Phdr){
        .p_type = small.p_type,
        .p_flags = small.p_flags,
        .p_offset = small.p_offset,
        .p_vaddr = small.p_vaddr,
        .p_paddr = small.p_paddr,
        .p_filesz = small.p_filesz,
        .p_memsz = small.p_memsz,
        .p_align = small.p_align,
    };
}

static Elf64_Shdr read_part(const struct image *image, const Elf64_Ehdr *header, size_t i)
{
    const unsigned char *from = image->init->bytes + header->e_shoff + i * header->e_shentsize;
    Elf64_Shdr part;
    Elf32_Shdr small;

    if (image->is_64) {
        memcpy(&part, from, sizeof(part));
        return part;
    }
    memcpy(&small, from, sizeof(small));
    return (Elf64_Shdr){
        .sh_name = small.sh_name,
        .sh_type = small.sh_type,
        .sh_flags = small.sh_flags,
        .sh_addr = small.sh_addr,
        .sh_offset = small.sh_offset,
        .sh_size = small.sh_size,
        .sh_link = small.sh_link,
        .sh_info = small.sh_info,
        .sh_addralign = small.sh_addralign,
        .sh_entsize = small.sh_entsize,
    };
}

static void put_header(struct output *out, const struct image *image, const Elf64_Ehdr *header)
{
    Elf32_Ehdr small = {
        .e_type = header->e_type,
        .e_machine = header->e_machine,
        .e_version = header->e_version,
        .e_entry = (Elf32_Addr)header->e_entry,
        .e_phoff = (Elf32_Off)header->e_phoff,
        .e_shoff = (Elf32_Off)header->e_shoff,
        .e_flags = header->e_flags,
        .e_ehsize = header->e_ehsize,
        .e_phentsize = header->e_phentsize,
        .e_phnum = header->e_phnum,
        .e_shentsize = header->e_shentsize,
        .e_shnum = header->e_shnum,
        .e_shstrndx = header->e_shstrndx,
    };

    memcpy(small.e_ident, header->e_ident, EI_NIDENT);
    if (image->is_64)
        put_bytes(out, header, sizeof(*header));
    else
        put_bytes(out, &small, sizeof(small));
}

static void put_segment(struct output *out, const struct image *image, const Elf64_Phdr *segment)
{
    Elf32_Phdr small = {
        .p_type = segment->p_type,
        .p_offset = (Elf32_Off)segment->p_offset,
        .p_vaddr = (Elf32_Addr)segment->p_vaddr,
        .p_paddr = (Elf32_Addr)segment->p_paddr,
        .p_filesz = (Elf32_Word)segment->p_filesz,
        .p_memsz = (Elf32_Word)segment->p_memsz,
        .p_flags = segment->p_flags,
        .p_align = (Elf32_Word)segment->p_align,
    };

    if (image->is_64)
        put_bytes(out, segment, sizeof(*segment));
    else
        put_bytes(out, &small, sizeof(small));
}

static void put_part(struct output *out, const struct image *image, const Elf64_Shdr *part)
{
    Elf32_Shdr small = {
        .sh_name = part->sh_name,
        .sh_type = part->sh_type,
        .sh_flags = (Elf32_Word)part->sh_flags,
        .sh_addr = (Elf32_Addr)part->sh_addr,
        .sh_offset = (Elf32_Off)part->sh_offset,
        .sh_size = (Elf32_Word)part->sh_size,
        .sh_link = part->sh_link,
        .sh_info = part->sh_info,
        .sh_addralign = (Elf32_Word)part->sh_addralign,
        .sh_entsize = (Elf32_Word)part->sh_entsize,
    };

    if (image->is_64)
        put_bytes(out, part, sizeof(*part));
    else
        put_bytes(out, &small, sizeof(small));
}

/* ---- What is added ---- */

static void add(struct image *image, const char *name, const struct section *section,
                unsigned flags)
{
    struct addition *addition;

    if (section == NULL || section->size == 0)
        return;
    addition = list_add(&image->additions, sizeof(*addition));
    *addition = (struct addition){
        .name = name,
        .address = section->address,
        .load = section->load,
        .flags = flags,
        .content = section->content,
        .size = section->size,
    };
}

static void add_process(struct image *image, const struct process *process)
{
    const struct program *program = process->layout->program;
    const char *name = process->name.text;

    add(image, memory_format(".%s.text", name), program_section(program, ".text"), PF_R | PF_X);
    add(image, memory_format(".%s.rodata", name), program_section(program, ".rodata"), PF_R);
    add(image, memory_format(".%s.data", name), program_section(program, ".data"), PF_R | PF_W);
}

static void pad(struct output *out, size_t align)
{
    while (out->length % align != 0)
        put_bytes(out, "", 1);
}

/* ---- The file ---- */

/* Old content keeps its distance to page borders. */
static void lay_out(struct image *image, const Elf64_Ehdr *header)
{
    image->shift = header->e_ehsize;
    image->old_segments = header->e_phnum;
    image->old_sections = header->e_shnum;
    for (size_t i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment = read_segment(image, header, i);

        if (segment.p_type == PT_LOAD && segment.p_align > image->shift)
            image->shift = segment.p_align;
    }
    while (image->shift <
           header->e_ehsize + header->e_phentsize * (image->old_segments + image->additions.count))
        image->shift *= 2;
}

static void put_segments(struct output *out, const struct image *image, const Elf64_Ehdr *header)
{
    for (size_t i = 0; i < image->old_segments; i++) {
        Elf64_Phdr segment = read_segment(image, header, i);

        segment.p_offset += image->shift;
        put_segment(out, image, &segment);
    }
    LIST_EACH(addition, each, image->additions) {
        Elf64_Phdr segment = {
            .p_type = PT_LOAD,
            .p_flags = each->flags,
            .p_offset = each->offset,
            .p_vaddr = each->address,
            .p_paddr = each->load,
            .p_filesz = each->size,
            .p_memsz = each->size,
            .p_align = 1,
        };

        put_segment(out, image, &segment);
    }
}

static void put_parts(struct output *out, const struct image *image, const Elf64_Ehdr *header,
                      size_t names_at)
{
    Elf64_Shdr names = {.sh_type = SHT_STRTAB,
                        .sh_offset = names_at,
                        .sh_size = image->names.length,
                        .sh_addralign = 1};

    for (size_t i = 0; i < image->old_sections; i++) {
        Elf64_Shdr part = read_part(image, header, i);

        if (part.sh_type != SHT_NULL)
            part.sh_offset += image->shift;
        put_part(out, image, &part);
    }
    LIST_EACH(addition, each, image->additions) {
        Elf64_Shdr part = {
            .sh_name = (Elf64_Word)each->name_at,
            .sh_type = SHT_PROGBITS,
            .sh_flags = SHF_ALLOC | ((each->flags & PF_X) != 0 ? SHF_EXECINSTR : 0),
            .sh_addr = each->address,
            .sh_offset = each->offset,
            .sh_size = each->size,
            .sh_addralign = 1,
        };

        put_part(out, image, &part);
    }
    names.sh_name = (Elf64_Word)(image->names.length - sizeof(".shstrtab"));
    put_part(out, image, &names);
}

static void collect_names(struct image *image, const Elf64_Ehdr *header)
{
    Elf64_Shdr old = read_part(image, header, header->e_shstrndx);

    put_bytes(&image->names, image->init->bytes + old.sh_offset, old.sh_size);
    LIST_EACH(addition, each, image->additions) {
        each->name_at = image->names.length;
        put_bytes(&image->names, each->name, strlen(each->name) + 1);
    }
    put_bytes(&image->names, ".shstrtab", sizeof(".shstrtab"));
}

/* Behind the headers: the old file, the additions, the names, the table of sections. */
static struct output assemble(struct image *image)
{
    Elf64_Ehdr header = read_header(image), old = header;
    struct output body = {0}, out = {0};
    size_t names_at;

    lay_out(image, &old);
    collect_names(image, &old);
    put_bytes(&body, image->init->bytes, image->init->size);
    LIST_EACH(addition, each, image->additions) {
        pad(&body, 16);
        each->offset = image->shift + body.length;
        put_bytes(&body, each->content, each->size);
    }
    names_at = image->shift + body.length;
    put_bytes(&body, image->names.text, image->names.length);
    pad(&body, 16);
    header.e_phoff = header.e_ehsize;
    header.e_phnum = (Elf64_Half)(image->old_segments + image->additions.count);
    header.e_shoff = image->shift + body.length;
    header.e_shnum = (Elf64_Half)(image->old_sections + image->additions.count + 1);
    header.e_shstrndx = (Elf64_Half)(header.e_shnum - 1);
    put_header(&out, image, &header);
    put_segments(&out, image, &old);
    while (out.length < image->shift)
        put_bytes(&out, "", 1);
    put_bytes(&out, body.text, body.length);
    put_parts(&out, image, &old, names_at);
    return out;
}

/* ---- Checks ---- */

static bool is_size(const struct process *process, const char *name, uint64_t bytes)
{
    const struct section *section = program_section(process->layout->program, name);
    struct source *source = memory_take(sizeof(*source));

    if ((section != NULL ? section->size : 0) == bytes)
        return true;
    source->path = process->layout->program->path;
    complain((struct place){.source = source}, "build it again",
             "section %s of process '%s' is not as large as it was when it was placed", name,
             process->name.text);
    return false;
}

static bool is_as_placed(const struct placement *placement)
{
    bool is_good = true;

    LIST_EACH(process, process, placement->system->processes) {
        const struct layout *layout = process->layout;

        is_good &= is_size(process, ".text", layout->text_bytes);
        is_good &= is_size(process, ".rodata", layout->rodata_bytes);
        is_good &= is_size(process, ".data", layout->data_bytes);
        is_good &= is_size(process, ".bss", layout->bss_bytes);
    }
    return is_good;
}

/* What a programmer of flash takes. */
static bool save_flat(const struct image *image, const Elf64_Ehdr *header, const char *base)
{
    struct flat flat = {0};
    struct output hex, bin;

    for (size_t i = 0; i < image->old_segments; i++) {
        Elf64_Phdr segment = read_segment(image, header, i);

        if (segment.p_type == PT_LOAD && segment.p_filesz != 0)
            flat_add(&flat, segment.p_paddr, image->init->bytes + segment.p_offset,
                     segment.p_filesz);
    }
    LIST_EACH(addition, each, image->additions)
        flat_add(&flat, each->load, each->content, each->size);
    bin = flat_binary(&flat);
    hex = flat_intel_hex(&flat);
    return output_save(&bin, memory_format("%s.bin", base)) &&
           output_save(&hex, memory_format("%s.hex", base));
}

bool image_make(const struct placement *placement, const struct objects *objects, const char *path)
{
    struct image image = {
        .init = placement->init,
        .is_64 = placement->board->machine->word_bytes == 8,
    };
    struct output table = table_make(placement, objects), elf;
    struct section table_section = {.address = placement->table,
                                    .load = placement->table,
                                    .size = table.length,
                                    .content = (unsigned char *)table.text};
    Elf64_Ehdr header = read_header(&image);

    if (!is_as_placed(placement) || complaints() != 0)
        return false;
    add(&image, ".boot_table", &table_section, PF_R);
    LIST_EACH(process, process, placement->system->processes)
        add_process(&image, process);
    elf = assemble(&image);
    if (!output_save(&elf, memory_format("%s.elf", path)))
        return false;
    return placement->board->has_mmu || save_flat(&image, &header, path);
}
