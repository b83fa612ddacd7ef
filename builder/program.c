/* SPDX-License-Identifier: Unlicense */
#include "builder/program.h"

#include <gelf.h>
#include <string.h>

/* Linker scripts are ours, so that a larger one is no program. */
enum { PROGRAM_MAX = 64 << 20 };

static bool read_file(struct program *program, const struct source *source)
{
    FILE *file = fopen(program->path, "rb");
    long size;
    unsigned char *bytes;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
        size > PROGRAM_MAX || fseek(file, 0, SEEK_SET) != 0) {
        complain((struct place){.source = source}, NULL, "this program cannot be read");
        if (file != NULL)
            (void)fclose(file);
        return false;
    }
    bytes = memory_take((size_t)size + 1);
    program->size = fread(bytes, 1, (size_t)size, file);
    program->bytes = bytes;
    (void)fclose(file);
    return true;
}

/* Where a section is loaded: its segment says. */
static uint64_t load_address(Elf *elf, const GElf_Shdr *header)
{
    size_t count = 0;

    (void)elf_getphdrnum(elf, &count);
    for (int i = 0; i < (int)count; i++) {
        GElf_Phdr segment;

        if (gelf_getphdr(elf, i, &segment) != NULL && segment.p_type == PT_LOAD &&
            header->sh_addr >= segment.p_vaddr &&
            header->sh_addr + header->sh_size <= segment.p_vaddr + segment.p_memsz)
            return header->sh_addr - segment.p_vaddr + segment.p_paddr;
    }
    return header->sh_addr;
}

static void add_section(struct program *program, Elf *elf, const GElf_Shdr *header,
                        const char *name)
{
    struct section *section;

    if ((header->sh_flags & SHF_ALLOC) == 0)
        return;
    section = list_add(&program->sections, sizeof(*section));
    section->name = memory_format("%s", name);
    section->address = header->sh_addr;
    section->size = header->sh_size;
    section->align = header->sh_addralign != 0 ? header->sh_addralign : 1;
    section->load = load_address(elf, header);
    if (header->sh_type != SHT_NOBITS && header->sh_offset <= program->size &&
        header->sh_size <= program->size - header->sh_offset)
        section->content = program->bytes + header->sh_offset;
}

static void add_symbols(struct program *program, Elf *elf, Elf_Scn *scn, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count = header->sh_entsize != 0 ? header->sh_size / header->sh_entsize : 0;

    for (int i = 0; data != NULL && i < (int)count; i++) {
        GElf_Sym from;
        struct symbol *symbol;
        const char *name;

        if (gelf_getsym(data, i, &from) == NULL || from.st_shndx == SHN_UNDEF ||
            GELF_ST_BIND(from.st_info) == STB_LOCAL)
            continue;
        name = elf_strptr(elf, header->sh_link, from.st_name);
        symbol = list_add(&program->symbols, sizeof(*symbol));
        symbol->name = memory_format("%s", name != NULL ? name : "");
        symbol->value = from.st_value;
    }
}

static void read_sections(struct program *program, Elf *elf)
{
    size_t names = 0;
    Elf_Scn *scn = NULL;

    (void)elf_getshdrstrndx(elf, &names);
    while ((scn = elf_nextscn(elf, scn)) != NULL) {
        GElf_Shdr header;
        const char *name;

        if (gelf_getshdr(scn, &header) == NULL)
            continue;
        name = elf_strptr(elf, names, header.sh_name);
        add_section(program, elf, &header, name != NULL ? name : "");
        if (header.sh_type == SHT_SYMTAB)
            add_symbols(program, elf, scn, &header);
    }
}

struct program *program_read(const char *path, unsigned word_bytes)
{
    struct program *program = memory_take(sizeof(*program));
    struct source *source = memory_take(sizeof(*source));
    char *image;
    Elf *elf;

    source->path = program->path = path;
    if (!read_file(program, source))
        return NULL;
    (void)elf_version(EV_CURRENT);
    image = memory_text((const char *)program->bytes, program->size);
    elf = elf_memory(image, program->size);
    if (elf == NULL || elf_kind(elf) != ELF_K_ELF ||
        gelf_getclass(elf) != (word_bytes == 4 ? ELFCLASS32 : ELFCLASS64)) {
        complain((struct place){.source = source}, NULL, "this is no program for the board");
        (void)elf_end(elf);
        return NULL;
    }
    read_sections(program, elf);
    (void)elf_end(elf);
    return program;
}

const struct section *program_section(const struct program *program, const char *name)
{
    LIST_EACH(section, section, program->sections)
        if (strcmp(section->name, name) == 0)
            return section;
    return NULL;
}

bool program_symbol(const struct program *program, const char *name, uint64_t *value)
{
    LIST_EACH(symbol, symbol, program->symbols)
        if (strcmp(symbol->name, name) == 0) {
            *value = symbol->value;
            return true;
        }
    return false;
}
