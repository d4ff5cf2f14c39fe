import org.jspecify.annotations.NullMarked;

/// The dispute game and its solver: pure, without clocks, sockets or threads.
@NullMarked
module opml.game {
  requires static transitive org.jspecify;
  requires transitive opml.core;

  exports opml.game.claim;
  exports opml.game.move;
  exports opml.game.referee;
  exports opml.game.solver;
  exports opml.game.trace;
  exports opml.game.work;
}
