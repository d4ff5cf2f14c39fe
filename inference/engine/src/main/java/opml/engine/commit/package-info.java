/// What the chain knows of a model: descriptors, trees and states, exactly as `spec/protocol.md` §1 encodes
/// them.
///
///   - [opml.engine.commit.NodeDescriptor] says which program a node runs and where in its memory the tensors
///     lie; [opml.engine.commit.MemoryFold] turns the tensors' roots into the root of that memory,
///   - [opml.kernels.abi.Geometry] chooses the places, [opml.kernels.abi.FixedSegment] lays out what is
///     constant,
///   - [opml.engine.commit.Model] is a graph with all of this, and its [opml.engine.commit.ModelDescriptor]
///     its identity,
///   - [opml.engine.commit.InitialHashes] are the page hashes of the weights, found when a model's commitment is first
///     asked for, and [opml.engine.commit.HashCache] keeps them between processes,
///   - [opml.engine.commit.GraphState] is one entry of the level-0 trace,
///   - [opml.engine.commit.WellFormedness] judges a model that somebody else registered.
package opml.engine.commit;
