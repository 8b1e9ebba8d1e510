package dev.roosthold.relay.doctor;

import java.util.ArrayList;
import java.util.List;

/// Runs all checks, one after the other.
public final class Doctor {
    private final List<Check> checks;

    /// @param more checks of other features
    public Doctor(Situation situation, List<Check> more) {
        var all = new ArrayList<Check>();
        all.add(new ProgramCheck(situation));
        all.add(new DirectoryCheck(situation));
        all.add(new DatabaseCheck(situation));
        all.add(new AttachmentCheck(situation));
        all.add(new BackupCheck(situation));
        all.add(new NetworkCheck(situation));
        all.add(new ExposureCheck(situation));
        all.addAll(more);
        checks = List.copyOf(all);
    }

    public List<Finding> run() {
        var findings = new ArrayList<Finding>();
        for (Check check : checks) {
            try {
                findings.addAll(check.run());
            } catch (RuntimeException e) {
                findings.add(
                        Finding.wrong(
                                check.getClass().getSimpleName(),
                                "the check itself failed: " + e,
                                "Please report this."));
            }
        }
        return List.copyOf(findings);
    }
}
