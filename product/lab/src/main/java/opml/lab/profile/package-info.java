/// Where a model's time goes: [opml.lab.profile.ModelProfile] times every node of runs as they are, and
/// [opml.lab.profile.NodeWork] says what each had to do.
package opml.lab.profile;
