/// The contracts of opml as an agent uses them.
///
///   - [opml.agent.hub.Deployment]: deploys the contracts, or finds those that are there and checks them,
///   - [opml.agent.hub.HubReader]: reads everything anew after every block, from events and views,
///   - [opml.agent.hub.Picture]: what it read, as the values that the solver takes,
///   - [opml.agent.hub.Hub]: the calls, with their evidence packed as the contract wants it.
package opml.agent.hub;
