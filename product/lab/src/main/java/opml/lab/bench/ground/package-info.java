/// Where agents are tried: a private chain with a hub and a model ([opml.lab.bench.ground.Ground]), nodes that fail
/// before it ([opml.lab.bench.ground.ChaosProxy]), agents that can be killed, and somebody who attacks them.
@NullMarked
package opml.lab.bench.ground;

import org.jspecify.annotations.NullMarked;
