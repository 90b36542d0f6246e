/* mode: file modes as Puppet writes them: octal, or symbolic as chmod takes it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "system/internal.h"

/* Readable folders are searchable too: 0644 is 0755 for a folder. */
static mode_t searchable(mode_t m) { return m | ((m & 0444) >> 2); }

static bool octal(struct sv spec, mode_t *out)
{
    mode_t m = 0;
    if (spec.n == 0 || spec.n > 5)
        return false;
    for (size_t i = 0; i < spec.n; i++) {
        if (spec.p[i] < '0' || spec.p[i] > '7')
            return false;
        m = m * 8 + (mode_t)(spec.p[i] - '0');
    }
    *out = m;
    return m <= 07777;
}

/* What the letters of a permission list ask for in the places that who names. */
static bool permission_bits(struct sv perms, mode_t who, mode_t present, bool is_dir, mode_t *out)
{
    mode_t bits = 0;
    for (size_t i = 0; i < perms.n; i++)
        switch (perms.p[i]) {
        case 'r':
            bits |= 0444 & who;
            break;
        case 'w':
            bits |= 0222 & who;
            break;
        case 'x':
            bits |= 0111 & who;
            break;
        case 'X':
            bits |= is_dir || (present & 0111) ? 0111 & who : 0;
            break;
        case 's':
            bits |= 06000 & who;
            break;
        case 't':
            bits |= 01000;
            break;
        case 'u':
            bits |= ((present >> 6) & 7) * 0111u & who;
            break;
        case 'g':
            bits |= ((present >> 3) & 7) * 0111u & who;
            break;
        case 'o':
            bits |= (present & 7) * 0111u & who;
            break;
        default:
            return false;
        }
    *out = bits;
    return true;
}

/* clause -> { u | g | o | a } ( + | - | = ) perms { ... } */
static bool clause(struct sv c, bool is_dir, mode_t *mode)
{
    size_t i = 0;
    mode_t who = 0;
    for (; i < c.n && strchr("ugoa", c.p[i]); i++)
        who |= c.p[i] == 'u' ? 04700 : c.p[i] == 'g' ? 02070 : c.p[i] == 'o' ? 01007 : 07777;
    if (who == 0)
        who = 07777;
    if (i == c.n)
        return false;
    while (i < c.n) {
        char op = c.p[i++];
        size_t from = i;
        while (i < c.n && !strchr("+-=", c.p[i]))
            i++;
        mode_t bits;
        if (!strchr("+-=", op) || !permission_bits(sv_slice(c, from, i), who, *mode, is_dir, &bits))
            return false;
        if (op == '+')
            *mode |= bits;
        else if (op == '-')
            *mode &= ~bits;
        else
            *mode = (*mode & ~(who & 0777)) | bits;
    }
    return true;
}

bool mode_apply(struct sv spec, mode_t present, bool is_dir, mode_t *out_mode, struct err *err)
{
    mode_t m = present & 07777;
    if (octal(spec, &m)) {
        *out_mode = is_dir ? searchable(m) : m;
        return true;
    }
    struct sv rest = spec, piece;
    bool good = spec.n > 0;
    while (good && sv_cut(&rest, ',', &piece))
        good = clause(piece, is_dir, &m);
    if (!good)
        return err_set(err, "The file mode specification is invalid: \"%.*s\"", SV_ARG(spec));
    *out_mode = m;
    return true;
}
