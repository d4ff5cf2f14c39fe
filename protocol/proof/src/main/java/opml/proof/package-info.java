/// What a party computes and can show: a model's run on one input as a [opml.game.work.Work], with the level-0 trace
/// that the solver plays by and the witnesses that the hub asks for. Roles know only these interfaces; the real thing,
/// a graph run natively with single nodes in the machine, is `GraphWork`.
package opml.proof;
