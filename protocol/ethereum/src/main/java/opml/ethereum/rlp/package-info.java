/// [opml.ethereum.rlp.Rlp], the form in which transactions, headers and receipts are hashed.
@NullMarked
package opml.ethereum.rlp;

import org.jspecify.annotations.NullMarked;
