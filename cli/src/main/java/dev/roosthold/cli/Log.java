package dev.roosthold.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.io.OutputStream;
import org.slf4j.LoggerFactory;

/// The log of this program: standard error, one line for each event. Set up in code, because
/// reading an XML file would cost part of a start; found by the logging library as a service.
@ConfiguratorRank(ConfiguratorRank.CUSTOM_TOP_PRIORITY)
public final class Log extends ContextAwareBase implements Configurator {
    private static final String OURS = "dev.roosthold";
    private static final String APPENDER = "stderr";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        context.getStatusManager().add(new NopStatusListener());
        var encoder = new LogLines();
        encoder.setContext(context);
        encoder.start();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName(APPENDER);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /// Writes the log to another place as well.
    ///
    /// @param onlyThere not to standard error any more; otherwise that gets warnings and errors
    static void alsoTo(OutputStream out, LogOptions.Format format, boolean onlyThere) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        var lines = new LogLines();
        lines.setContext(context);
        lines.use(format, false);
        lines.start();
        var appender = new OutputStreamAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setEncoder(lines);
        appender.setOutputStream(out);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        if (onlyThere) {
            root.detachAppender(APPENDER);
        } else if (root.getAppender(APPENDER) instanceof ConsoleAppender<ILoggingEvent> console) {
            var filter = new ThresholdFilter();
            filter.setLevel(Level.WARN.toString());
            filter.start();
            console.addFilter(filter);
        }
    }

    /// The level is that of our own loggers. Libraries report warnings and errors at most: what
    /// they say beyond that is not known to be free of secrets.
    static void use(LogOptions.Format format, LogOptions.Level level) {
        if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
            return;
        }
        Level ours = Level.toLevel(level.name());
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        context.getLogger(OURS).setLevel(ours);
        root.setLevel(ours.isGreaterOrEqual(Level.WARN) ? ours : Level.WARN);
        if (root.getAppender(APPENDER) instanceof ConsoleAppender<?> appender
                && appender.getEncoder() instanceof LogLines lines) {
            lines.use(format, !ours.isGreaterOrEqual(Level.INFO));
        }
    }
}
