/// Getting transactions mined: [opml.ethereum.send.Sender] takes nonces, estimates, signs by a
/// [opml.ethereum.send.Signer], waits and raises fees as its [opml.ethereum.send.SendPolicy] allows; a
/// [opml.ethereum.send.GasMeter] counts what it cost. A sender stores nothing: the chain is the record. Who does not
/// want to wait has a [opml.ethereum.send.Traffic], which looks after many orders at once, and writes down what it has
/// signed by a [opml.ethereum.send.FlightLog].
@NullMarked
package opml.ethereum.send;

import org.jspecify.annotations.NullMarked;
