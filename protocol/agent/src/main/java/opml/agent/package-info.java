/// Server and verifier. Each is a `tick()`: read a picture of the hub, decide with the solver, perform what was
/// decided. Nothing is remembered from one tick to the next that the chain does not hold, so an agent may be killed
/// between any two transactions and started again. [opml.agent.Loop] ticks until it is told to stop.
package opml.agent;
