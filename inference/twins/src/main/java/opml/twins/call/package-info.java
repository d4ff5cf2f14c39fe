/// What a kernel is called with, decoded: the only place that knows which scalar stands where.
///
/// A [opml.twins.call.TwinCall] also says how many bytes of each operand its kernel reaches, so that vector code, which
/// loads more at a time and in another order, throws exactly where the reference does; and whether it is ordinary: a
/// call with empty dimensions, strides below zero or offsets that overflow is the reference's matter.
package opml.twins.call;
