/* sqlite_functions: what queries need of SQL that SQLite does not have. Each has its like in PostgreSQL, or in a migration there. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORE_SQLITE_FUNCTIONS_H
#define STORE_SQLITE_FUNCTIONS_H

#include <sqlite3.h>
#include <stdbool.h>

/* matches(value, regexp): false for what is no text.
 * path_list(name, fullkey): json_tree's way to a part as a JSON list, behind a name (NULL: none).
 * path_matches(path, patterns): do the steps of a JSON list match regular expressions, one for each?
 * False and the error in the database. */
bool sqlite_add_functions(sqlite3 *db);

#endif
