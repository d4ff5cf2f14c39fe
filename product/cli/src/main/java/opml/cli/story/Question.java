package opml.cli.story;

import opml.game.work.Work;

/// What a story is about, in words.
interface Question {
  /// {@return what the requester does}
  String asked();

  /// {@return what somebody has found out}
  String found(Work.Result result);
}
