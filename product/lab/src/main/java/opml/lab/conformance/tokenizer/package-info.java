/// A tokenizer against the ids that another implementation gave to texts:
/// [opml.lab.conformance.tokenizer.TokenizerConformance] reads both from beside the file, and tells where they differ.
@NullMarked
package opml.lab.conformance.tokenizer;

import org.jspecify.annotations.NullMarked;
