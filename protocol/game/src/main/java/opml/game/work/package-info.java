/// What a party must be able to show: [opml.game.work.Work] is one run with every witness that the contracts may ask
/// for, [opml.game.work.Workshop] does the work for the models that its owner has.
///
/// The game needs no more of a run than this, so whoever proves (the module `proof`) and whoever sends (`hub`) need not
/// know each other.
package opml.game.work;
