/* dav_xml: answers in XML (multistatus), read by expat, which is loaded when the first one comes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEOPLE_DAV_XML_H
#define PEOPLE_DAV_XML_H

#include "base/strbuf.h"
#include "people/dav.h"

/* responses that are calendars themselves are left out. False and err on what is no such answer. */
bool dav_xml_read(struct arena *a, struct sv text, struct dav_list *out_l, struct err *err);
/* Does an error's body name a condition, such as "no-uid-conflict"? */
bool dav_xml_names(struct arena *a, struct sv text, const char *condition);
void dav_xml_escape(struct strbuf *out, struct sv text);

#endif
