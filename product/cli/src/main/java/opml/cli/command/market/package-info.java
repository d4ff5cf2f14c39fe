/// The roles on a chain: `request`, `serve`, `verify`, and what anyone may look at or take: `status`, `result`,
/// `withdraw`.
///
///   - [opml.cli.command.market.Overview], `Attention` and `Details`: how `status` sees the hub, in the words of
///     `StatusWords`,
///   - [opml.cli.command.market.Waiting] and `ClaimedResult`: a result as it comes about,
///   - [opml.cli.command.market.Summary]: how things stand for a running agent,
///   - [opml.cli.command.market.FetchingWorkshop] with `Download`, `ModelCache`, `BoundedImports` and
///     `ModelMemory`: models from where strangers published them, and what places, disk, threads and memory they get.
package opml.cli.command.market;
