/// `./opml demo`: the scenarios told as a story, and the figures that the project promises.
///
///   - [opml.cli.story.Storyteller] watches a play and tells it,
///   - [opml.cli.story.DisputedStep] shows the one instruction that is left of a dispute, as both sides see it,
///   - [opml.cli.story.StepGas] and [opml.cli.story.InferenceTime] measure,
///   - [opml.cli.story.DemoCommand] puts it together.
package opml.cli.story;
