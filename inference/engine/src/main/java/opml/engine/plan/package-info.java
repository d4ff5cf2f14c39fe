/// Running a graph: compiled once, then run as often as one likes, by one executor.
///
/// A [opml.engine.plan.Plan] is a graph whose kernels are prepared. A [opml.engine.plan.Layout] says where the slots'
/// values lie in one block of memory: by their lifetimes where only the output is asked for, apart from each other
/// where every state may be. A [opml.engine.plan.GraphRun] is that memory and a run in it, step by step and in place.
/// A [opml.engine.plan.GraphRunner] lends runs, so that several go on at a time and nothing is allocated by one. Where
/// a native kernel throws, what it did is undone and a [opml.engine.run.NodeRunner] decides, mostly the machine.
///
/// Many inputs are a [opml.engine.plan.Batch], which reads large weights once for up to sixteen of them.
///
/// A [opml.engine.plan.Team] of threads shares the parts of one node after the other, where that is worth it, which a
/// [opml.engine.plan.Pace] tells by the clock. Bits do not depend on it: parts
/// write different bytes, and nodes run one after the other.
package opml.engine.plan;
