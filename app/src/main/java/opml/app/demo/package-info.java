/// `./opml demo`: the scenarios told as a story, and the figures that the project promises.
///
///   - [opml.app.demo.Storyteller] watches a play and tells it,
///   - [opml.app.demo.DisputedStep] shows the one instruction that is left of a dispute, as both sides see it,
///   - [opml.app.demo.StepGas] and [opml.app.demo.InferenceTime] measure,
///   - [opml.app.demo.DemoCommand] puts it together.
package opml.app.demo;
