/// The one normative step. [opml.vm.step.Step] is the meaning of an instruction over an [opml.vm.step.StateAccess]:
/// [opml.vm.step.DirectAccess] runs it on a machine, [opml.vm.step.RecordingAccess] collects the witness
/// ([opml.vm.step.StepProof]) as it runs, [opml.vm.step.ReplayingAccess] checks a witness and knows nothing else.
package opml.vm.step;
