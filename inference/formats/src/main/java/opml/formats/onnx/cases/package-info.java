/// Random nodes of operators: each operator describes its own with a [opml.formats.onnx.cases.CaseMaker], and whatever
/// is said of operators is tried on them (types, bits, machine, witnesses, twins).
package opml.formats.onnx.cases;
