/// Jinja, as far as the chat templates of language models use it, for templates that nobody vouches for.
///
/// A template comes with a model's file, from a stranger. So there is nothing here that it could reach: values are
/// [opml.llm.template.Datum], a closed set without any object of Java, and whatever a template does is taken from a
/// [opml.llm.template.Spending] of steps, characters and depth.
///
/// A [opml.llm.template.Template] is read by [opml.llm.template.Lexer] and [opml.llm.template.TemplateParser] into
/// [opml.llm.template.Stmt] and [opml.llm.template.Expr], and a [opml.llm.template.Rendering] goes over these. What
/// values do follows Python ([opml.llm.template.Pythonic]), since Jinja is defined by it: Jinja 3.1 with `trim_blocks`,
/// `lstrip_blocks` and loop controls, as Hugging Face's transformers sets it up.
package opml.llm.template;
