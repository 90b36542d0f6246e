/* revision: HEAD of the repository a folder is in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/revision.h"

#include <stdlib.h>

#include "snapshot/libgit.h"

static bool git_failed(const struct git *git, struct err *err, const char *what)
{
    const git_error *e = git->git_error_last();
    return err_set(err, "cannot read %s from git: %s", what, e ? e->message : "unknown reason");
}

/* Only what lies below the folder counts: a site may be a part of a larger repository. */
static bool is_dirty(const struct git *git, git_repository *repo, struct sv folder, bool *out_dirty, struct err *err)
{
    const char *top = git->git_repository_workdir(repo);
    char *real = realpath(folder.p, NULL);
    if (!top || !real) {
        free(real);
        *out_dirty = false;
        return true;
    }
    struct sv rest = sv_of(real), root = sv_of(top);
    if (sv_starts(rest, root))
        rest = sv_slice(rest, root.n, rest.n);
    char *paths[] = { rest.n && !sv_eq(sv_of(real), sv_slice(root, 0, root.n - 1)) ? (char *)rest.p : (char *)"*" };
    git_status_options o = GIT_STATUS_OPTIONS_INIT;
    o.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
    o.pathspec = (git_strarray){ paths, 1 };
    git_status_list *list = NULL;
    bool ok = git->git_status_list_new(&list, repo, &o) == 0;
    *out_dirty = ok && git->git_status_list_entrycount(list) > 0;
    git->git_status_list_free(list);
    free(real);
    return ok || git_failed(git, err, "the work tree's state");
}

static bool read_head(const struct git *git, struct arena *a, git_repository *repo, struct sv folder, struct revision *out_r,
                      struct err *err)
{
    git_object *object = NULL;
    if (git->git_revparse_single(&object, repo, "HEAD^{commit}") != 0)
        return false; /* no commit yet */
    const git_commit *commit = (const git_commit *)object;
    char id[GIT_OID_HEXSZ + 1];
    git->git_oid_tostr(id, sizeof id, git->git_commit_id(commit));
    const char *message = git->git_commit_message(commit);
    struct sv text = sv_of(message ? message : "");
    struct revision r = { .commit = arena_dup(a, sv_of(id)),
                          .author = arena_dup(a, sv_of(git->git_commit_author(commit)->email)),
                          .summary = arena_dup(a, sv_slice(text, 0, sv_find_char(text, '\n', 0))),
                          .at = git->git_commit_author(commit)->when.time };
    git->git_object_free(object);
    if (!is_dirty(git, repo, folder, &r.dirty, err))
        return false;
    *out_r = r;
    return true;
}

bool revision_read(struct arena *a, struct sv folder, struct revision *out_r, struct err *err)
{
    struct git git = { 0 };
    git_repository *repo = NULL;
    if (!git_load(&git, err))
        return false;
    git.git_libgit2_init();
    int code = git.git_repository_open_ext(&repo, folder.p, 0, NULL);
    bool ok = code == 0 && read_head(&git, a, repo, folder, out_r, err);
    if (code != 0 && code != GIT_ENOTFOUND)
        git_failed(&git, err, "the repository");
    git.git_repository_free(repo);
    git.git_libgit2_shutdown();
    return ok;
}

bool revision_user(struct arena *a, struct sv folder, struct sv *out_email)
{
    struct git git = { 0 };
    git_repository *repo = NULL;
    git_config *live = NULL, *config = NULL;
    const char *email = NULL;
    if (!git_load(&git, NULL))
        return false;
    git.git_libgit2_init();
    bool open = git.git_repository_open_ext(&repo, folder.p, 0, NULL) == 0 ? git.git_repository_config(&live, repo) == 0
                                                                           : git.git_config_open_default(&live) == 0;
    bool found =
        open && git.git_config_snapshot(&config, live) == 0 && git.git_config_get_string(&email, config, "user.email") == 0 && *email;
    if (found)
        *out_email = arena_dup(a, sv_of(email));
    git.git_config_free(config);
    git.git_config_free(live);
    git.git_repository_free(repo);
    git.git_libgit2_shutdown();
    return found;
}
