/// Receipts: what a server signs of an answer, so that anybody can compute it again and the server can be held to it on
/// chain (`spec/receipt.md`).
///
/// A [opml.receipt.Voucher] makes them of a [opml.receipt.ReceiptedModel]'s answers. What is signed is a
/// [opml.receipt.Vouched]; an [opml.receipt.AnswerReceipt] has it with all that it is about, and travels as
/// [opml.receipt.ReceiptJson] writes it. A [opml.receipt.ReceiptCheck] says whether one is true.
@NullMarked
package opml.receipt;

import org.jspecify.annotations.NullMarked;
