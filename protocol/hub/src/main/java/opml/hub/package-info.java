/// The contracts of opml as their users see them.
///
///   - [opml.hub.Deployment]: deploys the contracts, or finds those that are there and checks them,
///   - [opml.hub.HubReader]: reads everything anew after every block, from events and views,
///   - [opml.hub.Picture]: what it read, as the values that the solver takes,
///   - [opml.hub.Hub]: the calls, with their evidence packed as the contract wants it,
///   - [opml.hub.Responder]: performs what the solver decided; [opml.hub.Journal] hears what was done,
///   - [opml.hub.Requester]: asks, and watches what becomes of it.
package opml.hub;
