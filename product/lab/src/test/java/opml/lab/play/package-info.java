/// What tests of agents share: a hub on a development chain, small models, a liar, and a chain that harm can be done
/// through.
package opml.lab.play;
