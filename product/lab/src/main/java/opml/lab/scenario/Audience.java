package opml.lab.scenario;

import opml.hub.Journal.Entry;

/// Watches a play.
public interface Audience {
  /// Watches and says nothing.
  Audience SILENT =
      new Audience() {
        @Override
        public void begins(String title, String story, Director director) {}

        @Override
        public void saw(Stage stage, Party party, Entry entry) {}

        @Override
        public void waits(Stage stage, String why) {}

        @Override
        public void ends(Director director, Report report) {}
      };

  /// @param story one sentence for people
  void begins(String title, String story, Director director);

  void saw(Stage stage, Party party, Entry entry);

  /// Nobody can do anything until some time has passed.
  void waits(Stage stage, String why);

  void ends(Director director, Report report);
}
