package opml.sim;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import opml.agent.Budget;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Kept;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.send.Signer;
import opml.game.claim.GameId;
import opml.game.move.Game;
import opml.game.move.GameFormat;
import opml.game.referee.Levels;
import opml.game.referee.Rules;
import opml.sim.chain.Bugs;
import opml.sim.chain.SimulatedChain;
import opml.sim.toy.Automaton;
import opml.sim.toy.AutomatonWorkshop;
import opml.sim.toy.Deviation;

/// A known bug that the simulation has to find, to show that it would find others.
public enum Canary {
  /// The contract takes a timeout at the last second at which a move is taken.
  TIMEOUT_AT_THE_LAST_SECOND(
      new Broken() {
        @Override
        public Rules rules(Levels levels) {
          return new Rules(GameFormat.PROTOCOL, levels) {
            @Override
            public Game timeout(Game game, long now) {
              return super.timeout(game, now + 1);
            }
          };
        }
      }),
  /// The contract settles a claim at the last second at which it may be challenged.
  SETTLED_IN_THE_WINDOW(
      new Broken() {
        @Override
        public long resolvesAt(long now) {
          return now + 1;
        }
      }),
  /// The contract takes a list that ends as the disputed one does.
  EQUAL_END_ADMITTED(
      new Broken() {
        @Override
        public Rules rules(Levels levels) {
          return new Rules(GameFormat.PROTOCOL, levels) {
            @Override
            protected void requireAnotherEnd(Bytes32 last, Bytes32 disputed) {
              // Whatever it is.
            }
          };
        }
      }),
  /// The contract pays a wei more than it owes.
  A_WEI_TOO_MUCH(
      new Broken() {
        @Override
        public BigInteger paid(BigInteger credit) {
          return credit.add(BigInteger.ONE);
        }
      }),
  /// What was paid out stays paid when its block is thrown out.
  PAYOUT_SURVIVES_A_REORGANISATION(
      new Broken() {
        @Override
        public boolean payoutsSurvive() {
          return true;
        }
      }),
  /// A verifier challenges, and never moves again.
  VERIFIER_NEVER_MOVES(new Mute(Calling.VERIFIER)),
  /// A server claims, and never defends.
  SERVER_NEVER_MOVES(new Mute(Calling.SERVER)),
  /// Agents look a few times, and then no more.
  AGENTS_FALL_ASLEEP(new Sleepers()),
  /// Agents never raise a fee.
  FEE_NEVER_RAISED(new Stingy()),
  /// Agents answer in one game what was asked in another.
  ANSWER_TO_THE_WRONG_GAME(new Confused()),
  /// A server forgets its claims at a reorganisation, and claims again.
  CLAIM_AGAIN_AFTER_A_REORGANISATION(new Forgetful()),
  /// A server's machine computes something else than the contract.
  WRONG_INSTRUCTION(new Miscomputing(Calling.SERVER)),
  /// A monitor's machine computes something else, so that it judges and foretells by that.
  WRONG_FORECAST(new Miscomputing(Calling.MONITOR)),
  /// Agents reserve room for their bonds, and none for the games that may come of them.
  GAMES_NOT_RESERVED(new Careless());

  private static final Set<String> MOVES = Set.of("dissect", "refine", "execute");

  @SuppressWarnings("ImmutableEnumChecker") // nothing is kept from one game to the next
  private final Sabotage sabotage;

  Canary(Sabotage sabotage) {
    this.sabotage = sabotage;
  }

  /// {@return as people write it}
  public String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  Sabotage sabotage() {
    return sabotage;
  }

  /// A broken contract or chain.
  private interface Broken extends Sabotage, Bugs {
    @Override
    default Bugs bugs() {
      return this;
    }
  }

  private record Mute(Calling calling) implements Sabotage {
    @Override
    public Chain node(Persona persona, Chain node, SimulatedChain chain) {
      return persona.calling() != calling
          ? node
          : new ForwardingChain(node) {
            @Override
            public long estimateGas(Call call, Address from) {
              if (MOVES.contains(call.name())) {
                throw new ChainException.Unreachable("no answer");
              }
              return super.estimateGas(call, from);
            }
          };
    }
  }

  private record Sleepers() implements Sabotage {
    private static final int CALLS = 12;

    @Override
    public Chain node(Persona persona, Chain node, SimulatedChain chain) {
      return new ForwardingChain(node) {
        private int calls;

        @Override
        public BlockRef latest() {
          if (++calls > CALLS) {
            throw new ChainException.Unreachable("no answer");
          }
          return super.latest();
        }
      };
    }
  }

  private record Stingy() implements Sabotage {
    @Override
    public Chain node(Persona persona, Chain node, SimulatedChain chain) {
      return new ForwardingChain(node) {
        @Override
        public void send(Data signed) {
          if (!chain.replaces(signed)) {
            super.send(signed);
          }
        }
      };
    }
  }

  private record Confused() implements Sabotage {
    @Override
    public Signer signer(Persona persona, Signer signer, SimulatedChain chain) {
      return new Signer() {
        @Override
        public Address address() {
          return signer.address();
        }

        @Override
        public Data sign(UnsignedTransaction right) {
          Call call = right.call();
          return signer.sign(
              MOVES.contains(call.name())
                  ? new UnsignedTransaction(
                      right.chainId(),
                      right.nonce(),
                      right.gasLimit(),
                      right.tip(),
                      right.maxFee(),
                      confused(call, chain))
                  : right);
        }
      };
    }

    private static Call confused(Call call, SimulatedChain chain) {
      byte[] bytes = call.data().toArray();
      Bytes32 game = Bytes32.at(bytes, 4);
      for (GameId other : chain.hub().games()) {
        if (!other.hash().equals(game)) {
          other.hash().copyTo(bytes, 4);
        }
      }
      return new Call(call.to(), Data.of(bytes), call.value(), call.name(), call.reverts());
    }
  }

  private record Forgetful() implements Sabotage {
    @Override
    public Chain node(Persona persona, Chain node, SimulatedChain chain) {
      Bytes32 self = Automaton.account(persona.number()).word();
      return persona.calling() != Calling.SERVER
          ? node
          : new ForwardingChain(node) {
            @Override
            public <T> List<Kept<T>> logs(
                LogFilter filter, long from, long to, Function<LogEntry, T> keep) {
              boolean forgets = chain.reorganisations() > 0;
              return super.logs(filter, from, to, Function.identity()).stream()
                  .map(Kept::value)
                  .filter(
                      log ->
                          !forgets || log.topics().size() < 4 || !log.topics().get(3).equals(self))
                  .map(log -> Kept.of(log, keep))
                  .toList();
            }
          };
    }
  }

  private record Careless() implements Sabotage {
    @Override
    public Budget budget(Persona persona) {
      Budget right = persona.budget();
      return new Budget(right.perRequest(), right.perDay(), right.inAll(), Wei.ZERO);
    }
  }

  private record Miscomputing(Calling calling) implements Sabotage {
    @Override
    public AutomatonWorkshop workshop(
        Persona persona, AutomatonWorkshop truth, List<Automaton> models) {
      return persona.calling() == calling
          ? new AutomatonWorkshop(models, new Deviation(Deviation.Kind.INSTRUCTION, 0, 0))
          : truth;
    }
  }
}
