import java.util.zip.ZipFile

def log = new File(basedir, 'build.log').text
def builds = log.split('Building tiny 1.0')
assert builds.size() == 3
assert builds[1].contains('tiny.onnx -> com.acme.tiny.Tiny')
assert builds[1].contains('1 model was compiled')
assert builds[2].contains('no model compiled: 1 model is up to date')
assert !builds[2].contains('->')

def jar = new ZipFile(new File(basedir, 'target/tiny-1.0.jar'))
def names = jar.entries().collect { it.name }
assert names.containsAll(['com/acme/tiny/Tiny.class', 'com/acme/tiny/TinyInput.class', 'com/acme/tiny/TinyOutput.class',
        'com/acme/tiny/TinySession.class', 'com/acme/tiny/TinyKernels.class', 'com/acme/tiny/TinyKernels$Scalar.class',
        'META-INF/sinter/com.acme.tiny.Tiny/model.info', 'META-INF/sinter/com.acme.tiny.Tiny/weights.bin'])
jar.close()
