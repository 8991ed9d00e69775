"""The options of a training. Each is defined here once, with its type, default, bounds and texts.

The command line, the Models page, the table in docs/train.md (``scripts/train_options.py``) and the checks are all
made from ``OPTIONS``. Plain values, without torch; the loop is in ``trainer``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from explorer.base import DEVICES, ExplorerError
from explorer.base.languages import N_, _
from explorer.datasets import ARRAYS, DATASETS, FOLDER, Frame
from explorer.training.choices import activation_names, architecture_names, likelihood_names, model_names
from explorer.training.data_path import absolute
from explorer.training.image_size import parsed_size
from explorer.training.option import Option, listed, read_options

SCHEDULES = ("constant", "cosine", "staged")
BINARISATIONS = ("none", "static", "dynamic")
DUPLICATES = ("keep", "drop", "drop-near")
OUTPUT_BIASES = ("data-mean", "random")
BATCH_SIZE = 128
MAX_COUNT = 10**9  # of epochs, images and neurons; what memory allows of them is checked with the model (``memory``)
MAX_VALUE = 10**6  # of weights, noise and norms: far beyond sense, and far within float32


@dataclass(frozen=True)
class TrainConfig:
    """The options of a training. One that was not ``checked`` may hold values that cannot be trained with."""

    # fmt: off
    dataset: str = field(metadata={"option": Option(
        N_("Data set"), listed([*DATASETS, f"{FOLDER}PATH", f"{ARRAYS}FILE"]), "D",
        help=N_("The known data sets, and every folder of images inside the app's data folder. "
        "The folders in it become classes where there are any."),
    )})
    model: str = field(default="vae", metadata={"option": Option(
        N_("Model"), "for example vae, conv-vae or iwae; docs/models has a page on each", "M",
        help=N_("What is optimised, and with which networks; docs/models has a page on each."),
        choices=model_names,
    )})
    latent: int = field(default=2, metadata={"option": Option(
        N_("Latent size"), "number of latent dimensions", "K", sentence=N_("The latent size is {}."),
        help=N_("How many numbers describe an image. 2 can be seen whole; more reconstruct better."),
        lower=1, page_upper=1024,
    )})
    hidden: tuple[int, ...] | None = field(default=None, metadata={"option": Option(
        N_("Hidden sizes"), "sizes of the encoder's hidden layers; the decoder mirrors them", "512,256",
        sentence=N_("Hidden sizes are {}."),
        help=N_("Neurons in each hidden layer of the encoder, as in 512, 256; the decoder mirrors them."),
        unset=N_("the model's own"), lower=1, upper=MAX_COUNT, preset=True,
    )})
    architecture: str = field(default="dense", metadata={"option": Option(
        N_("Networks"), "dense (fully connected) or convolutional networks, of vae, iwae, vamp-vae, hvae, beta-tcvae "
        "and factor-vae", "A",
        help=N_("Dense: fully connected. Conv: convolutions; slower, sharper, fewer weights. Burgess: those of the "
        "disentanglement literature, as wide in every layer. Resnet: residual blocks with group norm and SiLU; the "
        "sharpest and slowest, for images of 64 pixels and more."),
        choices=architecture_names,
    )})
    width: int | None = field(default=None, metadata={"option": Option(
        N_("Width"), "channels of the first convolution (conv-vae, --architecture conv or resnet)", "W",
        sentence=N_("The width is {}."),
        help=N_("Channels of the first convolution; the next ones have two and four times as many."),
        unset="32", lower=1, upper=MAX_VALUE, usual=N_("32 is usual"), page_upper=512,
    )})
    activation: str = field(default="relu", metadata={"option": Option(
        N_("Activation"), "the non-linearity between layers, for example relu or silu", "NAME",
        choices=activation_names, preset=True,
    )})
    output_bias: str = field(default="data-mean", metadata={"option": Option(
        N_("Decoder's output at the start"), "what the decoder's last bias starts from: the mean training image, "
        "or small random numbers",
        sentence=N_("There is no start '{}' of the decoder's output."),
        help=N_("The decoder's last bias starts at the mean of the training images, so that training does not begin "
        "by learning it. Random: small random numbers, as usual elsewhere."),
        choices=OUTPUT_BIASES,
    )})
    likelihood: str = field(default="bernoulli", metadata={"option": Option(
        N_("Likelihood"), "the distribution of a pixel given z, for example bernoulli or gaussian", "L",
        help=N_("How a pixel is judged. Bernoulli suits black and white; on grey images it is no likelihood of the "
        "data; the continuous Bernoulli is one. Gaussian: sigma fixed, learned, or each batch's best (optimal). "
        "Compare numbers only within one likelihood."),
        choices=likelihood_names,
    )})
    sigma: float = field(default=0.1, metadata={"option": Option(
        N_("Sigma of the Gaussian"), "standard deviation of the Gaussian, pixels in [0, 1]; its initial value where "
        "it is "
        "learned or optimal", "S", sentence=N_("Sigma is {}."),
        help=N_("The dial between reconstruction and KL, in pixel values from 0 to 1: halving it counts each error "
        "four "
        "times, as a quarter of beta would. Smaller: sharper reconstructions, dearer codes. Where sigma is learned or "
        "optimal, training turns the dial itself, from here."),
        lower=0, upper=MAX_VALUE, exclusive=True, usual=N_("0.1 is usual"), step=0.01,
    )})
    beta: float = field(default=1.0, metadata={"option": Option(
        N_("Beta"), "weight of the KL, or of the total correlation (beta-tcvae, factor-vae); 1 is the ELBO", "B",
        sentence=N_("Beta is {}."),
        help=N_("Weight of the KL against the reconstruction. 1 is the ELBO; more orders the latent space, less "
        "sharpens. "
        "beta-TCVAE and FactorVAE weigh only the total correlation with it, and are plain VAEs at 1."),
        lower=0, upper=MAX_VALUE, usual=N_("1 is the ELBO"), step=0.5, preset=True,
    )})
    samples: int = field(default=1, metadata={"option": Option(
        N_("Samples L"), "draws of z for each image in a step; the K of the iwae", "L",
        sentence=N_("The number of samples is {}."),
        help=N_("Draws of z for each image in a step. 1 is usual; more steadies the gradient and costs time. "
        "They are the IWAE's K: more makes its bound tighter."),
        lower=1, upper=100_000, page_upper=100, preset=True,
    )})
    doubly_reparameterised: bool = field(default=False, metadata={"option": Option(
        N_("Doubly reparameterised gradients"), "iwae: gradients of the encoder that are less noisy and do not vanish "
        "with many samples (DReG)",
        help=N_("The encoder's gradients of Tucker et al. 2019 (DReG): of the same mean, less noisy, and better the "
        "more samples there are, where the IWAE's own fade. A step decodes twice."),
    )})
    pseudo_inputs: int = field(default=500, metadata={"option": Option(
        N_("Pseudo-inputs"), "vamp-vae: components of its prior, each the posterior of a learned image", "N",
        sentence=N_("The number of pseudo-inputs is {}."),
        help=N_("Components of the VampPrior, each the posterior of a learned image, which starts as a training image. "
        "Every step encodes them all. The paper's number is 500."),
        lower=1, upper=10_000, usual=N_("500 is usual"), page_upper=10_000,
    )})
    top: int | None = field(default=None, metadata={"option": Option(
        N_("Upper level"), "hvae: latent dimensions of the upper level, the others are the lower one's", "K2",
        sentence=N_("The upper level has {} dimensions."),
        help=N_("So many of the latent dimensions are the upper level's; the lower level has the others, and depends "
        "on it. Empty: half of them."),
        unset=N_("half of them"), lower=1, upper=MAX_COUNT, page_upper=1024,
    )})
    epochs: int = field(default=10, metadata={"option": Option(
        N_("Epochs"), "passes over the training images", "N", sentence=N_("The number of epochs is {}."),
        help=N_("How many times the training goes through all images."),
        lower=1, upper=MAX_COUNT, page_upper=10_000, preset=True,
    )})
    batch_size: int | None = field(default=None, metadata={"option": Option(
        N_("Batch size"), f"images in a step; all of them where there are fewer than {BATCH_SIZE}", "N",
        sentence=N_("The batch size is {}."),
        help=N_("Images a step. Where there are fewer than 128, all of them are taken."),
        unset=str(BATCH_SIZE), lower=1, upper=MAX_COUNT, page_upper=65_536,
    )})
    lr: float = field(default=1e-3, metadata={"option": Option(
        N_("Learning rate"), "Adam's step size", "R", sentence=N_("The learning rate is {}."),
        help=N_("Adam's step size. 0.001 is usual."),
        lower=0, upper=1, exclusive=True, usual=N_("0.001 is usual"), step=1e-4, preset=True,
    )})
    adam_eps: float = field(default=1e-8, metadata={"option": Option(
        N_("Adam's epsilon"), "what Adam adds to the root of the mean squared gradient", "E",
        sentence=N_("Adam's epsilon is {}."),
        help=N_("Added to the root of the mean squared gradient, by which Adam divides. Larger: smaller steps of "
        "weights with small gradients. Burda et al. 2016 took 0.0001."),
        lower=0, upper=1, exclusive=True, usual=N_("1e-8 is usual"), step=1e-8,
    )})
    discriminator_lr: float = field(default=1e-4, metadata={"option": Option(
        N_("Discriminator's learning rate"), "factor-vae: step size of the discriminator's Adam, constant", "R",
        sentence=N_("The discriminator's learning rate is {}."),
        help=N_("Adam's step size for the discriminator, throughout the training. The paper's is 0.0001."),
        lower=0, upper=1, exclusive=True, usual=N_("0.0001 is usual"), step=1e-5,
    )})
    discriminator_beta1: float = field(default=0.5, metadata={"option": Option(
        N_("Discriminator's beta 1"), "factor-vae: decay of the mean gradient in the discriminator's Adam", "B",
        sentence=N_("The discriminator's beta 1 is {}."),
        help=N_("How much of the mean gradient the discriminator's Adam keeps at each step. The paper's is 0.5."),
        lower=0, upper=0.9999, usual=N_("0.5 is usual"), step=0.05,
    )})
    discriminator_beta2: float = field(default=0.9, metadata={"option": Option(
        N_("Discriminator's beta 2"), "factor-vae: decay of the mean squared gradient in the discriminator's Adam", "B",
        sentence=N_("The discriminator's beta 2 is {}."),
        help=N_("How much of the mean squared gradient the discriminator's Adam keeps at each step. The paper's is "
        "0.9."),
        lower=0, upper=0.9999, usual=N_("0.9 is usual"), step=0.01,
    )})
    schedule: str = field(default="constant", metadata={"option": Option(
        N_("Schedule"), "of the learning rate; cosine falls to a hundredth of it, staged in eight stages to a tenth",
        sentence=N_("There is no schedule '{}'."),
        help=N_("Constant, half a cosine down to a hundredth of the learning rate, or staged: eight stages down to a "
        "tenth, each three times as long as the one before (Burda et al. 2016)."),
        choices=SCHEDULES, preset=True,
    )})
    weight_decay: float = field(default=0.0, metadata={"option": Option(
        N_("Weight decay"), "of AdamW; 0 is Adam", "W", sentence=N_("The weight decay is {}."),
        help=N_("Pulls the weights to 0 (AdamW). 0 is none; 0.1 helps the fully connected VAE against memorising."),
        lower=0, upper=MAX_VALUE, usual=N_("0 is Adam"), step=0.01, preset=True,
    )})
    seed: int = field(default=0, metadata={"option": Option(
        N_("Seed"), "of the weights, the batches and z; on one device the same seed gives the same weights", "N",
        sentence=N_("The seed is {}."),
        help=N_("The same seed on the same device gives the same weights."),
        lower=0, upper=2**63 - 1, page_upper=2**53 - 1,
    )})
    device: str = field(default="auto", metadata={"option": Option(
        N_("Device"), "where the networks run", sentence=N_("There is no device '{}'."), choices=DEVICES,
    )})
    side: int | None = field(default=None, metadata={"option": Option(
        N_("Image side (pixels)"), "images are resized to so many pixels a side; a folder's own is up to 64, else 32",
        "N",
        sentence=N_("The side is {} pixels."),
        help=N_("Images are resized to this many pixels a side. Convolutions take 8 or more, resnet 16."),
        unset=N_("the data's own"), lower=4, upper=256,
    )})
    size: str | None = field(default=None, metadata={"option": Option(
        N_("Image size (pixels)"), "64, or height x width as in 96x64: as --side, of other shapes too", "HxW",
        help=N_("As the side, for images that are not square: height x width, as in 96x64."), unset=N_("as the side"),
    )})
    fit: str = field(default="crop", metadata={"option": Option(
        N_("Fit"), "images of another aspect ratio are cropped to the middle, or padded with the colour of their "
        "border",
        sentence=N_("There is no fit '{}'."),
        help=N_("Images of another ratio of height and width: crop takes their middle, pad lays them between margins "
        "in "
        "the colour of their border."),
        choices=Frame.FITS,
    )})
    kl_warmup: float = field(default=0.0, metadata={"option": Option(
        N_("KL warm-up (epochs)"), "epochs over which the weight of the KL rises evenly from 0 to beta", "E",
        sentence=N_("The KL warm-up is {} epochs."),
        help=N_("Epochs over which the weight of the KL rises from 0 to beta. Keeps dimensions from dying early."),
        lower=0, upper=MAX_COUNT, step=1.0,
    )})
    free_bits: float = field(default=0.0, metadata={"option": Option(
        N_("Free bits (nats a dimension)"), "nats of each latent dimension's batch-mean KL that are not penalised", "N",
        sentence=N_("The free bits are {}."),
        help=N_("So much KL of each dimension costs nothing: keeps dimensions alive. 0 is the plain objective."),
        lower=0, upper=MAX_VALUE, usual=N_("0 is the plain objective"), step=0.05,
    )})
    grad_clip: float = field(default=0.0, metadata={"option": Option(
        N_("Clip gradients at"), "largest norm of the whole gradient; 0 is off", "G",
        sentence=N_("The gradient clip is {}."),
        help=N_("Longest gradient of a step; 0 leaves it as it is. Helps where the loss jumps."),
        lower=0, upper=MAX_VALUE, usual=N_("0 is off"), step=1.0,
    )})
    ema: float = field(default=0.0, metadata={"option": Option(
        N_("Average the weights (EMA)"), "decay of an exponential moving average of the weights, which is evaluated "
        "and "
        "saved in their place, for example 0.999; 0 is off", "DECAY", sentence=N_("The decay of the average is {}."),
        help=N_("What is shown and saved is an exponential moving average of the weights over the steps, with this "
        "decay: "
        "0.999 looks back over about a thousand. Steadier than the last ones, often sharper. 0 is off."),
        lower=0, upper=0.99999, usual=N_("0 is off"), step=0.001,
    )})
    patience: int = field(default=0, metadata={"option": Option(
        N_("Patience (epochs)"), "end after so many epochs without a better ELBO of the validation images, and keep "
        "the "
        "best weights; 0 is off", "E", sentence=N_("The patience is {} epochs."),
        help=N_("End after so many epochs without a better -ELBO of the validation images, and keep the best weights. "
        "0 never ends early."),
        lower=0, upper=MAX_COUNT, usual=N_("0 is off"), page_upper=10_000,
    )})
    validation: int | None = field(default=None, metadata={"option": Option(
        N_("Validation images"), "images held out from the training split, each class its share, for patience to "
        "look at; "
        "with 0 it looks at the test split, whose figures are flattered then", "N",
        sentence=N_("The number of validation images is {}."),
        help=N_("So many training images are held out, each class its share, and patience looks at them; the test "
        "images "
        "are only reported. With 0 patience looks at the test images, and their figures are flattered. "
        "Empty: with patience a tenth of the training images, at most 5,000; without it none."),
        unset=N_("a tenth with patience, at most 5,000; else 0"), lower=0, upper=MAX_COUNT, page_upper=10_000_000,
    )})
    duplicates: str = field(default="keep", metadata={"option": Option(
        N_("Duplicates"), "training images that equal an earlier one, or a test or validation image, are trained on or "
        "dropped; drop-near drops nearly equal ones too",
        help=N_("Drop: training images are left out that equal an earlier one, or a test or validation image, whose "
        "figures they would flatter. Drop-near: nearly equal ones too, which takes up to a minute to find."),
        choices=DUPLICATES,
    )})
    labels: int | None = field(default=None, metadata={"option": Option(
        N_("Labels kept"), "m2: training images that keep their label, each class its share, drawn by the seed", "N",
        sentence=N_("The number of labels is {}."),
        help=N_("So many training images keep their class, each class its share, drawn by the seed; the others train "
        "without one. Empty: all keep it."),
        unset=N_("all"), lower=1, upper=MAX_COUNT, page_upper=10_000_000, preset=True,
    )})
    label_warmup: float = field(default=0.0, metadata={"option": Option(
        N_("Label warm-up (epochs)"), "m2: epochs in which the classifier learns from the labels alone", "E",
        sentence=N_("The label warm-up is {} epochs."),
        help=N_("Epochs in which the classifier learns from the labels alone, while the decoder learns what each "
        "class looks like. After them the images without a label teach it too. Too short, and they teach it nonsense."),
        lower=0, upper=MAX_COUNT, step=1.0, preset=True,
    )})
    denoise: float = field(default=0.0, metadata={"option": Option(
        N_("Noise to take out"), "standard deviation of noise added to the encoder's input in training, pixels in "
        "[0, 1]",
        "S", sentence=N_("The noise to take out is {}."),
        help=N_("Standard deviation of noise laid over what the encoder sees in training, in pixel values from 0 to 1; "
        "what it has to give back is clean. 0 is off."),
        lower=0, upper=MAX_VALUE, usual=N_("0 is off"), step=0.1,
    )})
    binarise: str = field(default="none", metadata={"option": Option(
        N_("Binarise"), "draw black and white pixels from grey ones: once (static) or anew for each batch (dynamic)",
        sentence=N_("There is no binarisation '{}'."),
        help=N_("Make pixels black or white by chance, a pixel's grey being the chance: never, once (static), or anew "
        "each time (dynamic). With it the Bernoulli likelihood is a likelihood of the data."),
        choices=BINARISATIONS,
    )})
    augment: bool = field(default=False, metadata={"option": Option(
        N_("Shift images a little"), "shift each training image by up to 2 pixels, drawn anew for each batch",
        help=N_("Each training image is moved by up to 2 pixels at random, each time anew."),
    )})
    compile: bool = field(default=False, metadata={"option": Option(
        N_("Compile the networks"), "compile the networks with torch.compile",
        help=N_("torch.compile: slower to begin, faster in a long training of a large model. Needs a C++ compiler."),
    )})
    amp: bool = field(default=False, metadata={"option": Option(
        N_("Half precision (bf16)"), "networks in bfloat16 on CUDA; likelihood and KL stay in float32",
        help=N_("The networks compute in bfloat16, likelihood and KL in float32. Faster on recent GPUs."),
    )})
    tensorboard: bool = field(default=False, metadata={"option": Option(
        N_("TensorBoard files"), "write TensorBoard event files into the run",
        help=N_("Also write event files into the run, for tensorboard --logdir."),
    )})
    # fmt: on


OPTIONS: dict[str, Option] = read_options(TrainConfig)


def checked_config(config: TrainConfig) -> TrainConfig:
    """The ``config``, once each option is of its type, within its bounds and among its choices; paths are absolute.

    A request is checked once, where it enters: by the command line, by the form (``presets.startable``), and when a
    run's ``config.json`` is read (``stored_config``), which an older version or a person may have written. All
    other functions take a config that has been checked, and do not check it again. What depends on the data or on
    the model is checked where they are at hand (``setup``).

    Raises
    ------
    ExplorerError
        For the first option that cannot be trained with.
    """
    for name, option in OPTIONS.items():
        option.check(getattr(config, name))
    if config.size is not None:
        parsed_size(config.size, config.side)
    return replace(config, dataset=absolute(config.dataset))


def effective_batch(config: TrainConfig, n: int) -> int:
    """The batch size for ``n`` images; ExplorerError where the configured one is larger than ``n``."""
    if config.batch_size is None:
        return min(BATCH_SIZE, n)
    if config.batch_size > n:
        text = _("The batch size is {batch_size}, but there are only {n} training images.")
        raise ExplorerError(text.format(batch_size=config.batch_size, n=n), _("Choose {n} or less.").format(n=n))
    return config.batch_size
