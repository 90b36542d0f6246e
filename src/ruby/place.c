/* place: where the helper's own program is. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "base/fs.h"
#include "ruby/ruby.h"

struct sv ruby_helper_path(struct arena *a)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe);
    if (n > 0 && n < (ssize_t)sizeof exe) {
        struct sv top = path_dir(path_dir(sv_make(exe, (size_t)n)));
        struct sv beside = path_join(a, top, SV("src/ruby/helper/main.rb"));
        if (fs_exists(beside.p))
            return beside;
    }
    return SV(POTLAC_DATADIR "/ruby/main.rb");
}
