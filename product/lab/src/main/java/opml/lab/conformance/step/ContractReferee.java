package opml.lab.conformance.step;

import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.send.Sender;
import opml.hub.contracts.Artifacts;
import opml.vm.state.ProgramDescriptor;

/// The contract `Step`, on a development chain.
public final class ContractReferee implements StepReferee {
  private final DevChain chain;
  private final Contract step;

  /// Deploys the contract.
  public ContractReferee(DevChain chain) {
    this.chain = chain;
    this.step = new Sender(chain.chain(), chain.account(0)).deploy(Artifacts.STEP.load());
  }

  @Override
  public Bytes32 next(Bytes32 prestate, ProgramDescriptor program, byte[] witness) {
    return step.read(
            chain.chain().snapshot(),
            "step",
            prestate,
            program.codeRoot(),
            (long) program.codeDepth(),
            (long) program.memDepth(),
            witness)
        .bytes32(0);
  }
}
