/// The referee: a model of the contract in Java, exact about who may do what when, and about every wei.
///
/// It is what the solver is tested against, what a simulator plays on, and what the contract can be compared with;
/// a refusal has the name of the contract's error. It computes no proofs: where the contract checks a witness, the
/// model asks [opml.game.referee.Levels], which knows the states' meaning.
///
///   - [opml.game.referee.Rules]: one game, pure: (game, move) → game;
///   - [opml.game.referee.Referee]: requests, claims, games and the money between them;
///   - [opml.game.referee.Hearing]: what a requester's contract makes of a delivery;
///   - [opml.game.referee.Ledger]: who is owed what.
package opml.game.referee;
