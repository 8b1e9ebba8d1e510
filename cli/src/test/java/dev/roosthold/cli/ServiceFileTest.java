package dev.roosthold.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;

/// What launchd gets to read. That systemd takes its units is shown in `DistributionTest`, and that
/// neither overwrites anything in [DaemonLifeTest].
final class ServiceFileTest {
    private static final Path USER = Path.of("/Users/ada & <co>");

    private final ServiceFile service =
            ServiceFile.launchd(
                    USER,
                    USER.resolve(".roost"),
                    List.of("/opt/roost/bin/roost"),
                    "/usr/bin:/opt/a&b/bin");

    @Test
    void agentOfLaunchdStartsTheDaemonAndKeepsItAlive() throws Exception {
        assertThat(service.file())
                .isEqualTo(USER.resolve("Library/LaunchAgents/dev.roosthold.machine.plist"));
        Element dict = dict();
        assertThat(value(dict, "Label").getTextContent()).isEqualTo("dev.roosthold.machine");
        assertThat(elements(value(dict, "ProgramArguments")).stream().map(Node::getTextContent))
                .containsExactly(
                        "/opt/roost/bin/roost",
                        "daemon",
                        "run",
                        "--background",
                        "--home=/Users/ada & <co>/.roost");
        assertThat(value(value(dict, "EnvironmentVariables"), "PATH").getTextContent())
                .isEqualTo("/usr/bin:/opt/a&b/bin");
        assertThat(value(dict, "RunAtLoad").getTagName()).isEqualTo("true");
        // It is started again after a failure only.
        assertThat(value(value(dict, "KeepAlive"), "SuccessfulExit").getTagName())
                .isEqualTo("false");
        // Longer than the daemon takes to stop.
        assertThat(value(dict, "ExitTimeOut").getTextContent()).isEqualTo("35");
    }

    @Test
    void personIsToldHowToEnableIt() {
        assertThat(service.enable())
                .containsExactly("launchctl bootstrap gui/$(id -u) '" + service.file() + "'");
    }

    private Element dict() throws Exception {
        DocumentBuilder builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        builder.setEntityResolver((_, _) -> new InputSource(new StringReader("")));
        Document document = builder.parse(new InputSource(new StringReader(service.content())));
        return elements(document.getDocumentElement()).getFirst();
    }

    /// What follows a key of a dictionary.
    private static Element value(Element dict, String key) {
        List<Element> all = elements(dict);
        for (int i = 0; i < all.size(); i += 2) {
            if (all.get(i).getTextContent().equals(key)) {
                return all.get(i + 1);
            }
        }
        throw new AssertionError("no " + key);
    }

    private static List<Element> elements(Element parent) {
        List<Element> all = new ArrayList<>();
        for (Node one = parent.getFirstChild(); one != null; one = one.getNextSibling()) {
            if (one instanceof Element element) {
                all.add(element);
            }
        }
        return all;
    }
}
