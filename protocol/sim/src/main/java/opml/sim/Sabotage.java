package opml.sim;

import java.util.List;
import opml.agent.Budget;
import opml.ethereum.chain.Chain;
import opml.ethereum.send.Signer;
import opml.sim.chain.Bugs;
import opml.sim.chain.SimulatedChain;
import opml.sim.toy.Automaton;
import opml.sim.toy.AutomatonWorkshop;

/// What is broken on purpose in a game: in the contracts and the chain, or in what an honest agent is made of.
interface Sabotage {
  Sabotage NONE = new Sabotage() {};

  /// {@return what is wrong with contracts and chain}
  default Bugs bugs() {
    return Bugs.NONE;
  }

  /// {@return the node as an honest agent has it}
  default Chain node(Persona persona, Chain node, SimulatedChain chain) {
    return node;
  }

  /// {@return the key as an honest agent has it}
  default Signer signer(Persona persona, Signer signer, SimulatedChain chain) {
    return signer;
  }

  /// {@return the budget as an honest agent keeps it}
  default Budget budget(Persona persona) {
    return persona.budget();
  }

  /// {@return the runs as an honest agent has them}
  default AutomatonWorkshop workshop(
      Persona persona, AutomatonWorkshop truth, List<Automaton> models) {
    return truth;
  }
}
