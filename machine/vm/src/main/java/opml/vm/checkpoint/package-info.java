/// Random access to traces of billions of steps: [opml.vm.checkpoint.Checkpoints] runs a machine forward, leaves
/// checkpoints behind, and comes back to them. [opml.vm.checkpoint.CheckpointPolicy] bounds what they take;
/// `CheckpointStore` keeps the bounds, and `CheckpointLog` is the file that pages spill to and that the next process
/// goes on from.
package opml.vm.checkpoint;
