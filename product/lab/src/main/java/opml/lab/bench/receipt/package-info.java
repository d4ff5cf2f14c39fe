/// What receipts of answers cost: [opml.lab.bench.receipt.ReceiptBench].
@NullMarked
package opml.lab.bench.receipt;

import org.jspecify.annotations.NullMarked;
