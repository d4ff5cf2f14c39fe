/// Getting transactions mined: [opml.ethereum.send.Sender] takes nonces, estimates, signs by a
/// [opml.ethereum.send.Signer], waits and raises fees as its [opml.ethereum.send.SendPolicy] allows; a
/// [opml.ethereum.send.GasMeter] counts what it cost. Nothing is stored: the chain is the record.
@NullMarked
package opml.ethereum.send;

import org.jspecify.annotations.NullMarked;
