/// Language models beside llama.cpp: speeds on the same files, what checking a claim costs, and whole disputes.
@NullMarked
package opml.lab.bench.llm;

import org.jspecify.annotations.NullMarked;
