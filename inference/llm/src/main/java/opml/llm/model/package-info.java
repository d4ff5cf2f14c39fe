/// Language models of the family of LLaMA, from their files to one value.
///
/// [opml.llm.model.LanguageModels] opens a file of any format, and makes a [opml.llm.model.LanguageModel] of it: its
/// [opml.llm.model.Hyperparameters], its [opml.llm.model.Weights] by the names that GGUF files have for them, and its
/// tokenizer. There is a small class for each format ([opml.llm.model.GgufModel], [opml.llm.model.Llama2cModel],
/// [opml.llm.model.HuggingFaceModel]) that asks the file for its numbers; what all have in common, above all what is
/// refused, is [opml.llm.model.ModelOpening]'s.
///
/// [opml.llm.model.RopeTable] computes the only weight that no file has: the cosines and sines of positions.
package opml.llm.model;
