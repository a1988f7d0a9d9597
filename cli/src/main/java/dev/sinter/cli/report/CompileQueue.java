package dev.sinter.cli.report;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What HotSpot's compilers are at work on and have before them, as {@code jcmd PID Compiler.queue} tells. Its lines name
 * methods, {@code com.acme.Model$V512::gemm_f32}.
 */
final class CompileQueue {
    private CompileQueue() {
    }

    /**
     * Whether a method is being compiled or waits for that.
     *
     * @param className
     *            how the name of its class begins
     * @return false too where the JVM does not tell
     */
    static boolean names(String className) {
        try {
            var told = ManagementFactory.getPlatformMBeanServer().invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"), "compilerQueue",
                    new Object[0], new String[0]);
            return String.valueOf(told).contains(className);
        } catch (JMException e) {
            return false;
        }
    }
}
