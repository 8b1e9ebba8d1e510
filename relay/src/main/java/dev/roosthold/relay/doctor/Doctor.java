package dev.roosthold.relay.doctor;

import java.util.ArrayList;
import java.util.List;

/// Runs all checks, one after the other.
public final class Doctor {
    private final List<Check> checks;

    public Doctor(Situation situation) {
        checks =
                List.of(
                        new ProgramCheck(situation),
                        new DirectoryCheck(situation),
                        new DatabaseCheck(situation),
                        new JazzCheck(situation),
                        new AuditCheck(situation),
                        new AttachmentCheck(situation),
                        new BackupCheck(situation),
                        new CertificateCheck(situation),
                        new NetworkCheck(situation),
                        new ExposureCheck(situation));
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
