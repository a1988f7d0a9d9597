import java.util.zip.ZipFile

def log = new File(basedir, 'build.log').text
def builds = log.split('Building tiny 1.0')
assert builds.size() == 4
assert builds[1].contains('tiny.onnx -> com.acme.tiny.Tiny')
assert builds[1].contains('1 model was compiled')
assert builds[2].contains('no model compiled: 1 model is up to date')
assert !builds[2].contains('->')
assert builds[3].contains('models are skipped (sinter.skip)')

def jar = new ZipFile(new File(basedir, 'target/tiny-1.0.jar'))
def names = jar.entries().collect { it.name }
assert names.containsAll(['com/acme/tiny/Tiny.class', 'com/acme/tiny/TinyInput.class', 'com/acme/tiny/TinyOutput.class',
        'com/acme/tiny/TinySession.class', 'com/acme/tiny/TinyKernels.class', 'com/acme/tiny/TinyKernels$Scalar.class',
        'META-INF/sinter/com.acme.tiny.Tiny/model.info', 'META-INF/sinter/com.acme.tiny.Tiny/weights.bin'])
jar.close()

// The jar runs on the JDK that compiled it with the runtime alone, from the class path and from the module path.
def toolchain = log =~ /Toolchain in maven-surefire-plugin: JDK\[([^\]]+)\]/
def java = new File(toolchain.find() ? toolchain.group(1) : System.getProperty('java.home'), 'bin/java')
def runtime = null
new File(localRepositoryPath, 'dev/sinter/sinter-runtime-support').eachFileRecurse {
    if (it.name.matches(/sinter-runtime-support-.*\.jar/)) {
        runtime = it
    }
}
def path = new File(basedir, 'target/tiny-1.0.jar').path + File.pathSeparator + runtime
def run = { List arguments ->
    def process = new ProcessBuilder([java.path] + arguments).redirectErrorStream(true).start()
    def said = process.text
    assert process.waitFor() == 0 : said
    said
}
assert run(['--add-modules', 'jdk.incubator.vector', '-cp', path, 'com.acme.tiny.Main'])
        .contains('[0.5, 0.0, 0.0], module null')
assert run(['-cp', path, 'com.acme.tiny.Main']).contains('[0.5, 0.0, 0.0], module null')
assert run(['--add-modules', 'jdk.incubator.vector,dev.sinter.runtime', '-p', path, '-m', 'tiny/com.acme.tiny.Main'])
        .contains('[0.5, 0.0, 0.0], module tiny')
