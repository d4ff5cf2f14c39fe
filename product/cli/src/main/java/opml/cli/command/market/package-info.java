/// The roles on a chain: `request`, `serve`, `verify`, and what anyone may look at or take: `status`, `result`,
/// `withdraw`.
///
///   - [opml.cli.command.market.Overview], `Attention` and `Details`: how `status` sees the hub, in the words of
///     `StatusWords`,
///   - [opml.cli.command.market.Waiting] and `ClaimedResult`: a result as it comes about,
///   - [opml.cli.command.market.Summary]: how things stand for a running agent,
///   - [opml.cli.command.market.FetchingWorkshop] with `Download` and `ModelCache`: models from where strangers
///     published them.
package opml.cli.command.market;
