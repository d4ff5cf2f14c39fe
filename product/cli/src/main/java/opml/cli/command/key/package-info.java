/// Keys of accounts: `opml key`.
@NullMarked
package opml.cli.command.key;

import org.jspecify.annotations.NullMarked;
