using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Sentences;
using OnlineSafety.Monitoring.Classification.Model.Training;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Training;

// Trains the encoder of schemas/models on labelled cases; see the README there.
const string again = "--calibrate";
var calibrate = args.Contains(again);
if (args.Where(arg => arg != again).ToArray() is not [var schemas, .. var names] || names.Length == 0)
{
    Console.Error.WriteLine(
        $"Usage: SCHEMAS CASES.jsonl ... [{again}]\nTrains the encoder by SCHEMAS/models/en.sentences.recipe.json and writes en.sentences.json and en.sentences.bin there.\n"
        + $"{again}: keeps the weights as they are and only chooses the scores anew; the cases must be those that they were trained on.");
    return 2;
}

const int longest = 64;
var models = Path.Combine(schemas, "models");
var json = new JsonSerializerOptions(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
var recipe = JsonSerializer.Deserialize<EncoderRecipe>(File.ReadAllBytes(Path.Combine(models, "en.sentences.recipe.json")), json)!;
var words = TrainingRecipe.Parse("en.recipe.json", File.ReadAllBytes(Path.Combine(models, "en.recipe.json")));
var taxonomy = Rules.LoadRuleSet(schemas, withModel: false).Taxonomy;
var files = names.Select(name => (Name: Path.GetFileName(name), Bytes: File.ReadAllBytes(name)))
    .Select(file => (file.Name, file.Bytes, Cases: LabelledCase.Read(new StringReader(Encoding.UTF8.GetString(file.Bytes))).Where(one => one.Typed.Length > 0).ToArray())).ToArray();
var cases = files.SelectMany(file => file.Cases).ToArray();

// Whole sub-areas are held out, so that what is chosen by them is chosen by wordings that nothing was learned from.
bool HeldOut(LabelledCase one) => SHA256.HashData(Encoding.UTF8.GetBytes($"{one.Label.Theme}/{one.SubArea}"))[0] % recipe.Settings.HeldOut == 0;
var (taught, held) = (cases.Where(one => !HeldOut(one)).ToArray(), cases.Where(HeldOut).ToArray());

var record = new TrainingRecord { Files = [], Cases = [], Folds = 0, Metrics = [] };
var table = new ModelTrainer(words, taxonomy).Train(taught, record);
var errors = new RuleErrors();
var model = LearnedModel.Compile("words", table, taxonomy, errors);
errors.Throw();

var (wordReader, plain) = (new ModelReader(model!), new PlainText(model!.Words));
var weightsFile = Path.Combine(models, "en.sentences.bin");
var weights = calibrate ? File.ReadAllBytes(weightsFile) : Train();

// From here on as the product reads it.
var reader = new SentenceReader(EncoderFile.Read(weights));
var calibrator = new Calibrator(recipe.Settings);
foreach (var one in held)
{
    var (said, read) = (new float[table.Themes.Length + 1], new float[table.Themes.Length + 1]);
    if (SentenceVoice.IsSentence(wordReader.Weigh(one.Typed, said)))
    {
        reader.Weigh(plain.Of(one.Typed, wordReader.Tokens), read);
        calibrator.Add(one, said, read);
    }
}

var file = calibrator.Calibrated(new SentenceFile
{
    Encoder = recipe.Encoder,
    Version = recipe.Version,
    Language = recipe.Language,
    Licence = recipe.Licence,
    Sha256 = Convert.ToHexStringLower(SHA256.HashData(weights)),
    Themes = table.Themes,
    Recipe = recipe.Settings,
    Training = record with
    {
        Files = [.. files.Select(f => new TrainingFile(f.Name, Convert.ToHexStringLower(SHA256.HashData(f.Bytes)), f.Cases.Length))],
        Cases = taught.CountBy(one => one.Lesson).OrderBy(c => c.Key, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal),
    },
    Ask = recipe.Ask,
    Temperature = 1,
    Agree = 1,
    Raise = 1,
    Open = 1,
    OpenHigh = 1,
    LeastGravity = 1,
});
File.WriteAllBytes(weightsFile, weights);
File.WriteAllText(Path.Combine(models, "en.sentences.json"), JsonSerializer.Serialize(file, json) + "\n", new UTF8Encoding(false));
Console.WriteLine(JsonSerializer.Serialize(file.Training.Metrics, json));
return 0;

ReadOnlySpan<byte> Plain(LabelledCase one)
{
    wordReader.Weigh(one.Typed, new float[table.Themes.Length + 1]);
    return plain.Of(one.Typed, wordReader.Tokens);
}

byte[] Train()
{
    var start = new MiniLm(longest, table.Themes.Length);
    var pieces = new WordPieces(start.Pieces);
    var buffer = new Piece[longest];
    Lesson[] lessons = [.. taught.Where(one => table.Themes.Contains(one.Lesson)).Select(one => new Lesson(
        [.. buffer[..pieces.Read(Plain(one), buffer)].Select(piece => piece.Number)], Array.IndexOf(table.Themes, one.Lesson), one.Grave))];
    Console.WriteLine($"{lessons.Length} cases to learn, {held.Length} held out, {table.Themes.Length} themes.");
    return EncoderFile.Write(start.Shape, start.Pieces, new EncoderTrainer(recipe.Settings, Console.Out).Train(start, lessons).Weights);
}
