import java.util.zip.ZipFile

def log = new File(basedir, 'build.log').text
def builds = log.split('Reactor Build Order')
assert builds.size() == 4

assert builds[1].contains('held.onnx -> org.acme_models.FromArtifact')
assert builds[1].contains('top-model.onnx -> com.acme.limited.Limited')
assert builds[1].contains('nested.onnx -> com.acme.inner.Nested')
assert builds[1].contains('com.acme.limited.Limited: case cases/good differs by at most 1.00e-05')
assert builds[1] =~ /com.acme.limited.Limited: a run takes [\d.]+ times the baseline/
assert builds[1].contains('written.sinter -> org.acme_models.Written')
assert builds[1].contains('4 models were compiled')

// Another limit for one of them.
assert builds[2].contains('1 model was compiled, 3 up to date')
assert builds[2].contains('-> com.acme.limited.Limited')

// Without the configuration the model of the artifact is gone, and the one in the folder has its default name.
assert builds[3].contains('top-model.onnx -> com.acme.TopModel')
assert builds[3].contains('written.sinter -> com.acme.Written')
assert builds[3].contains('2 models were compiled, 1 up to date')
assert !builds.any { it.contains('layers.sinter') }
def sources = new File(basedir, 'app/target/generated-sources/sinter')
def classes = new File(basedir, 'app/target/classes')
assert new File(sources, 'com/acme/TopModel.java').isFile()
assert new File(sources, 'com/acme/inner/Nested.java').isFile()
for (it in ['org/acme_models/FromArtifact', 'com/acme/limited/Limited']) {
    assert !new File(sources, it + '.java').exists()
    assert !new File(classes, it + 'Kernels.class').exists()
    assert !new File(classes, 'META-INF/sinter/' + it.replace('/', '.') + '/weights.bin').exists()
}
