import java.util.zip.ZipFile

def log = new File(basedir, 'build.log').text
def builds = log.split('Building tiny 1.0')
assert builds.size() == 4
assert builds[1].contains('tiny.onnx -> com.acme.tiny.Tiny')
assert builds[1].contains('1 model was compiled')
assert builds[2].contains('no model compiled: 1 model is up to date')
assert !builds[2].contains('->')
assert builds[3].contains('models are skipped (sinter.skip)')
assert builds[1].contains('aligned in tiny-1.0.jar: META-INF/sinter/com.acme.tiny.Tiny/weights.bin')
assert builds[2].contains('nothing to align in tiny-1.0.jar')

def jar = new ZipFile(new File(basedir, 'target/tiny-1.0.jar'))
def names = jar.entries().collect { it.name }
assert names.containsAll(['com/acme/tiny/Tiny.class', 'com/acme/tiny/TinyInput.class', 'com/acme/tiny/TinyOutput.class',
        'com/acme/tiny/TinySession.class', 'com/acme/tiny/TinyKernels.class', 'com/acme/tiny/TinyKernels$Scalar.class',
        'META-INF/sinter/com.acme.tiny.Tiny/model.info', 'META-INF/sinter/com.acme.tiny.Tiny/weights.bin'])
// Stored where they can be mapped: behind the entry's header, its name and what fills up.
def weights = jar.getEntry('META-INF/sinter/com.acme.tiny.Tiny/weights.bin')
assert weights.method == java.util.zip.ZipEntry.STORED
assert names.first() == 'META-INF/' && names[1] == 'META-INF/MANIFEST.MF'
jar.close()
def bytes = new File(basedir, 'target/tiny-1.0.jar').bytes
def content = new File(basedir, 'target/classes/META-INF/sinter/com.acme.tiny.Tiny/weights.bin').bytes
assert (0..bytes.length - content.length).findAll { it % 64 == 0 }.any {
    Arrays.equals(Arrays.copyOfRange(bytes, it, it + content.length), content)
}

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
