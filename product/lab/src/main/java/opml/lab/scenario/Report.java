package opml.lab.scenario;

/// What is left of a scenario.
///
/// @param moves challenges, dissections, refinements and executions
/// @param gas of claims, games and settlements, all sides together
/// @param seconds of the whole play, passing of the chain's time excluded
/// @param vmInstructions of the last node that was refined; 0 if none was
/// @param failure what was not as it must be; empty if all was
public record Report(
    String name,
    String model,
    String expected,
    String outcome,
    boolean ok,
    int moves,
    long gas,
    double seconds,
    long vmInstructions,
    String failure) {}
