if defined('bad::nosuch') { }
